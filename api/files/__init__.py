"""Files on disk.

atomic   written whole or not at all
private  for the owner alone
durable  on the disk, and not only in memory
"""
