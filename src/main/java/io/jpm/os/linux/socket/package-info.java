/// Listening sockets: their creation, sharing and recovery, accepting connections on them, and
/// finding other processes that listen.
@NullMarked
package io.jpm.os.linux.socket;

import org.jspecify.annotations.NullMarked;
