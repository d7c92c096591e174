"""Who may do what, who is signed in, and what a browser may do with a page."""
