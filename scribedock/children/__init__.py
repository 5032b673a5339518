"""Child processes for slow work, and the turns in which accounts get them."""
