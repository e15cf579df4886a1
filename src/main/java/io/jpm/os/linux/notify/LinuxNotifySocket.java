package io.jpm.os.linux.notify;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.NotifySocket;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.NotifyCalls;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A bound notify socket. It is not read before the process has been spawned; until then the kernel
/// queues the messages. Afterwards it is confined to the reactor's thread.
final class LinuxNotifySocket implements NotifySocket {
  private static final int MOST_AT_ONCE = 64;
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Reactor reactor;
  private final int fd;
  private final Origin origin;
  private final Consumer<List<String>> heard;
  private final Consumer<LinuxNotifySocket> left;
  private @Nullable NotifySenders senders;
  private Reactor.@Nullable Watch watch;
  private boolean closed;

  /// The socket and the rules for its senders.
  ///
  /// @param fd the bound socket
  /// @param file the file at its address; empty for an abstract address
  /// @param users the users whose messages are accepted
  /// @param daemonIdentity the daemon, at which the search for ancestors of a sender stops
  record Origin(int fd, Optional<Path> file, Set<Integer> users, DaemonIdentity daemonIdentity) {}

  /// @param reactor reads the socket
  /// @param heard see [io.jpm.os.NotifySockets#open]
  /// @param left called when the socket is closed
  LinuxNotifySocket(
      Reactor reactor,
      Origin origin,
      Consumer<List<String>> heard,
      Consumer<LinuxNotifySocket> left) {
    this.reactor = reactor;
    this.fd = origin.fd();
    this.origin = origin;
    this.heard = heard;
    this.left = left;
  }

  @Override
  public void processStarted(ProcessIdentity main) {
    reactor.execute(() -> {
      if (!closed && watch == null) {
        senders = NotifySenders.of(main, origin.users(), origin.daemonIdentity());
        Reactor.Watch begun = reactor.watch(fd, _ -> read());
        begun.add(Libc.EPOLLIN);
        watch = begun;
      }
    });
  }

  /// Reads a limited number of messages and then pauses, so that a flood of messages slows down
  /// only its sender.
  private void read() {
    Reactor.Watch reading = watch;
    if (closed || reading == null) {
      return;
    }
    reading.change(0);
    reactor.after(PAUSE.toNanos(), this::goOn);
    List<String> texts = new ArrayList<>();
    try (ProcReader reader = new ProcReader();
        Arena arena = Arena.ofConfined()) {
      var calls = new NotifyCalls(arena);
      for (int count = 0; count < MOST_AT_ONCE; count++) {
        Optional<NotifyCalls.NotifyMessage> notice = calls.receive(fd);
        if (notice.isEmpty()) {
          break;
        }
        notice.filter(it -> counts(it, reader)).ifPresent(it -> texts.add(it.text()));
      }
    }
    if (!texts.isEmpty()) {
      heard.accept(List.copyOf(texts));
    }
  }

  /// Reports whether a message is accepted. Must be called before the next message is read, because
  /// each read may unblock a sender, which may then exit before it is examined.
  private boolean counts(NotifyCalls.NotifyMessage notifyMessage, ProcReader reader) {
    return senders != null
        && !notifyMessage.text().isEmpty()
        && senders.includes(notifyMessage.pid(), notifyMessage.user(), reader);
  }

  private void goOn() {
    if (!closed && watch != null) {
      watch.change(Libc.EPOLLIN);
    }
  }

  @Override
  public void close() {
    left.accept(this);
    origin.file().ifPresent(LinuxNotifySocket::delete);
    abandon();
  }

  /// Closes the socket without deleting its file.
  void abandon() {
    reactor.execute(() -> {
      if (!closed) {
        leave();
      }
    });
  }

  private void leave() {
    closed = true;
    if (watch != null) {
      watch.remove();
    }
    Libc.close(fd);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException left) {
      // Ignored: the file is removed before its name is used again.
    }
  }
}
