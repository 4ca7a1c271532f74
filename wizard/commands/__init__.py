"""The commands of `halb-wizard` that read and write plans and files, without asking anybody."""
