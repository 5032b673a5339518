"""What a browser needs to play a recording: proxies, the peaks of its waveform, thumbnails."""
