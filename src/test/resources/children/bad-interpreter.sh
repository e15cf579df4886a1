#!/no/such/interpreter --fast
exit 0
