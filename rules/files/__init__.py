"""Files on the disk: reading nodes, telling kinds apart, includes, writing atomically."""

from __future__ import annotations

from rules.faces import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rules.files.atomic import flush_folder, left_over, read_regular, reason, replace_file, set_mode, stage
    from rules.files.grouping import InputFile, group
    from rules.files.includes import DiskIncludes
    from rules.files.inputs import KUBEADM_FILE, Inputs, read_cluster_nodes, read_paths
    from rules.files.kinds import HAPROXY, KEEPALIVED, KUBERNETES, is_template, kind_of
    from rules.files.programs import PROGRAM_FOLDERS

__all__ = [
    "HAPROXY",
    "KEEPALIVED",
    "KUBEADM_FILE",
    "KUBERNETES",
    "PROGRAM_FOLDERS",
    "DiskIncludes",
    "InputFile",
    "Inputs",
    "flush_folder",
    "group",
    "is_template",
    "kind_of",
    "left_over",
    "read_cluster_nodes",
    "read_paths",
    "read_regular",
    "reason",
    "replace_file",
    "set_mode",
    "stage",
]

__getattr__ = lazily(
    __name__,
    {
        "atomic": "flush_folder left_over read_regular reason replace_file set_mode stage",
        "grouping": "InputFile group",
        "includes": "DiskIncludes",
        "inputs": "KUBEADM_FILE Inputs read_cluster_nodes read_paths",
        "kinds": "HAPROXY KEEPALIVED KUBERNETES is_template kind_of",
        "programs": "PROGRAM_FOLDERS",
    },
)
