"""Tools of those who develop pbdb itself; not in the wheel, and nothing else imports them."""
