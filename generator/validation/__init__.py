"""Is a package right? One report of everything that is wrong with it."""
