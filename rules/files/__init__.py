"""Files on the disk: reading nodes, telling kinds apart, includes, writing atomically."""
