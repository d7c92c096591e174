"""What a rule means in a study: names resolved, types checked."""
