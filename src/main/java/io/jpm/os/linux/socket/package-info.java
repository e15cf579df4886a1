/// Listening sockets: creates, shares, recovers and accepts from them, and finds other processes
/// that listen.
@NullMarked
package io.jpm.os.linux.socket;

import org.jspecify.annotations.NullMarked;
