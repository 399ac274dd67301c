story newcomer
