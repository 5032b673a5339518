"""How long recordings, results, unfinished uploads and audit entries are kept, and their erasure afterwards.

What an account deletes is erased elsewhere (`ordering.delete_job`, `jobs.erasing`); nothing here is done
unless a setting or an account's policy asks for it.
"""
