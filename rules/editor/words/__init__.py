"""What an editor shows at a word: what it means, what may stand there, where it leads."""
