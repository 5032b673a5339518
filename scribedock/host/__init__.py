"""The machine under the server: its data folder, files that a process holds, the operator's terminal."""
