"""Platform -> Posts. One module a kind of source, registered in KINDS."""
