/// Listening sockets: how they are made, shared, taken back and accepted from, and who else
/// listens.
@NullMarked
package io.jpm.os.linux.socket;

import org.jspecify.annotations.NullMarked;
