package io.jpm.os.linux.notice;

import io.jpm.model.run.ProcessIdentity;
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

/// A bound socket. Nothing is read before the process is there: until then the kernel keeps what
/// comes. Owned by the reactor's thread from then on.
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

  /// Where it stands.
  ///
  /// @param fd the bound socket
  /// @param file the file of its address; empty for one without
  /// @param users whose messages count
  /// @param daemonIdentity the daemon
  record Origin(int fd, Optional<Path> file, Set<Integer> users, DaemonIdentity daemonIdentity) {}

  /// @param reactor reads it
  /// @param heard see [io.jpm.os.NotifySockets#open]
  /// @param left told when it is closed
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
  public void began(ProcessIdentity main) {
    reactor.execute(() -> {
      if (!closed && watch == null) {
        senders = NotifySenders.of(main, origin.users(), origin.daemonIdentity());
        Reactor.Watch begun = reactor.watch(fd, _ -> read());
        begun.add(Libc.EPOLLIN);
        watch = begun;
      }
    });
  }

  /// At most so much at once, and then a pause: a flood costs the one who makes it.
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
        Optional<NotifyCalls.Notice> notice = calls.receive(fd);
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

  /// Decided at once, while whoever waits for the next message to be read is still there.
  private boolean counts(NotifyCalls.Notice notice, ProcReader reader) {
    return senders != null
        && !notice.text().isEmpty()
        && senders.includes(notice.pid(), notice.user(), reader);
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

  /// Lets go, but the file stays.
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
      // Ignored because it only is in nobody's way: whoever needs the name removes it first.
    }
  }
}
