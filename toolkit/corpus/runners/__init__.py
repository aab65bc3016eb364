"""Who hands shards to workers: `local` in processes of this machine."""
