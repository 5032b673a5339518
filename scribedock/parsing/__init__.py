"""Reading what strangers send and what may be large, in processes of its own."""
