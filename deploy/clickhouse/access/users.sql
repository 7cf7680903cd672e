-- Users of the services. The hashes are SHA-256 of their passwords in hex: printf %s PASSWORD | sha256sum
CREATE USER IF NOT EXISTS spanmill_sink IDENTIFIED WITH sha256_hash BY '${sink_password_sha256}' DEFAULT ROLE spanmill_writer;
GRANT spanmill_writer TO spanmill_sink;

-- readonly = 2: it reads, and sets limits for each of its questions.
CREATE USER IF NOT EXISTS spanmill_query IDENTIFIED WITH sha256_hash BY '${query_password_sha256}' DEFAULT ROLE spanmill_reader
    SETTINGS readonly = 2;
GRANT spanmill_reader TO spanmill_query;
