package io.jpm.os;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Opens the sockets on which processes report their state as defined by `sd_notify(3)`: datagrams
/// sent to the address in their variable `NOTIFY_SOCKET`. Each process has its own socket. A
/// process that floods its socket therefore does not delay others, and a message can be attributed
/// even if its sender has already exited.
public interface NotifySockets {
  /// Opens the socket of one process, before the process is spawned or when it is adopted. A file
  /// that a former daemon left at the address is removed. May block for some milliseconds.
  ///
  /// @param request the address of the socket and the credentials of the process
  /// @param heard receives the messages that arrived since the last call, oldest first. Each
  ///   message is at most 4096 bytes long and is not validated. Called on a thread of the host, at
  ///   most 20 times per second and with at most 64 messages. Further messages wait in the socket
  ///   and block their sender.
  /// @throws IOException with a message for the user if the socket cannot be opened
  NotifySocket open(NotifyRequest request, Consumer<List<String>> heard) throws IOException;
}
