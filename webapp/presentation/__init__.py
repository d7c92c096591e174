"""What all pages share: addresses, statuses, assets, template filters."""
