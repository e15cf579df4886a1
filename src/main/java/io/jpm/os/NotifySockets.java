package io.jpm.os;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Sockets into which processes say how they are, in the way of `sd_notify(3)`: datagrams to the
/// address in their variable `NOTIFY_SOCKET`. Each process that is listened to has a socket of its
/// own, so one that floods its socket holds up nobody else, and what a program has said that was
/// gone a moment later can still be told whose it is.
public interface NotifySockets {
  /// Opens the socket of one process, before that is made or when it is adopted. What a former
  /// daemon has left at the address is removed. May block for some milliseconds.
  ///
  /// @param request whose it is
  /// @param heard takes what was said since the last time, oldest first: texts of 4096 bytes at
  ///   most, of which nothing else is known. Called on a thread of the host, 20 times a second at
  ///   most and with 64 texts at most; what is said faster waits, and holds up who says it.
  /// @throws IOException with a sentence for people when that is not possible
  NotifySocket open(NotifyRequest request, Consumer<List<String>> heard) throws IOException;
}
