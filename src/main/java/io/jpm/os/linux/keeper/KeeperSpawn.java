package io.jpm.os.linux.keeper;

import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.KeeperSetup;
import io.jpm.os.SpawnLock;
import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Spawns the keeper process with `posix_spawn(3)`. The keeper runs in a session of its own without
/// a terminal, in the directory `/`. It inherits only the pipe that it reads and the ends of the
/// two stores.
public final class KeeperSpawn {
  /// Descriptor numbers under which the keeper holds the ends of the two stores. `bin/jpm-keeper`
  /// must not use these numbers for anything else.
  static final int FIRST_END = 3;

  static final int SECOND_END = 4;
  static final int FIRST_SOCKETS_END = 5;
  static final int SECOND_SOCKETS_END = 6;

  private static final int FREE = 10;
  private static final int STRUCT_BYTES = 512;
  private static final int SIGSET_BYTES = 128;

  /// POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK and POSIX_SPAWN_SETSID.
  private static final int FLAGS = 0x04 | 0x08 | 0x80;

  /// Environment variables that are not passed to the keeper: those that systemd sets for the
  /// daemon, and jpm's own.
  private static final Pattern NOT_FOR_KEEPER =
      Pattern.compile("(JPM_|NOTIFY_SOCKET=|WATCHDOG_|LISTEN_).*", Pattern.DOTALL);

  private final KeeperSetup setup;

  public KeeperSpawn(KeeperSetup setup) {
    this.setup = setup;
  }

  /// Spawns the keeper.
  ///
  /// @param reader the open read end of its pipe
  /// @param exits both ends of the store of pidfds, or empty
  /// @param sockets both ends of the store of sockets, or empty
  /// @return the pid of the keeper, which is a child of the daemon
  public int spawn(int reader, int[] exits, int[] sockets) throws IOException {
    Path bash = bash();
    if (!Files.isReadable(setup.script())) {
      throw new IOException("there is no " + setup.script() + ": the installation is not complete");
    }
    int devNull = Libc.open(Path.of("/dev/null"), Libc.O_RDWR, 0);
    int root = Libc.open(Path.of("/"), Libc.O_PATH | Libc.O_DIRECTORY, 0);
    List<Integer> copies = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(STRUCT_BYTES, 16);
      Libc.initActions(actions);
      int[] wanted = {reader, devNull, devNull, devNull, devNull, devNull, devNull};
      System.arraycopy(exits, 0, wanted, FIRST_END, exits.length);
      System.arraycopy(sockets, 0, wanted, FIRST_SOCKETS_END, sockets.length);
      for (int target = 0; target < wanted.length; target++) {
        // Each source is first copied to a high number, so that no target overwrites the source of
        // another.
        int copy = Libc.duplicateAbove(wanted[target], FREE);
        copies.add(copy);
        Libc.addDup2(actions, copy, target);
      }
      Libc.addChangeFolder(actions, root);
      Libc.addCloseFrom(actions, wanted.length);
      int pid = call(arena, actions, bash);
      Libc.destroyActions(actions);
      return pid;
    } finally {
      copies.stream().filter(copy -> copy >= 0).forEach(Libc::close);
      Libc.close(devNull);
      Libc.close(root);
    }
  }

  private int call(Arena arena, MemorySegment actions, Path bash) throws IOException {
    MemorySegment attributes = arena.allocate(STRUCT_BYTES, 16);
    MemorySegment all = arena.allocate(SIGSET_BYTES, 8).fill((byte) 0xFF);
    Libc.initAttributes(attributes, FLAGS, all, arena.allocate(SIGSET_BYTES, 8));
    MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
    // With -p, bash ignores functions and startup files named in the environment.
    List<String> argv =
        List.of(
            "bash",
            "-p",
            setup.script().toString(),
            setup.home().toString(),
            Long.toString(ProcessHandle.current().pid()));
    MemorySegment program = Libc.text(arena, bash.toString());
    MemorySegment arguments = strings(arena, argv);
    MemorySegment environment = strings(arena, environment());
    // The keeper passes its own limits on to the next daemon.
    int errno =
        SpawnLock.runExclusively(() ->
            OpenFileLimit.ofDaemon()
                .withInheritedLimits(
                    () -> Libc.spawn(pid, program, actions, attributes, arguments, environment)));
    if (errno != 0) {
      throw new IOException(bash + " cannot be started: " + Errno.message(errno));
    }
    return pid.get(ValueLayout.JAVA_INT, 0);
  }

  private static Path bash() throws IOException {
    Optional<Path> found =
        Arrays.stream(("/bin:/usr/bin:" + System.getenv().getOrDefault("PATH", "")).split(":"))
            .filter(folder -> folder.startsWith("/"))
            .map(folder -> Path.of(folder, "bash"))
            .filter(Files::isExecutable)
            .findFirst();
    return found.orElseThrow(() -> new IOException("bash was not found on the PATH: install it"));
  }

  /// Returns the environment that the daemon was started with, byte for byte. The keeper passes it
  /// on to the next daemon.
  private List<String> environment() throws IOException {
    String own = SurrogateEscape.fromBytes(Files.readAllBytes(Path.of("/proc/self/environ")));
    List<String> entries = new ArrayList<>(List.of(own.split("\0")));
    entries.removeIf(entry -> entry.isEmpty() || NOT_FOR_KEEPER.matcher(entry).matches());
    entries.add("JPM_HOME=" + setup.home());
    return entries;
  }

  private static MemorySegment strings(Arena arena, List<String> texts) {
    MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ValueLayout.JAVA_LONG, i, Libc.text(arena, texts.get(i)).address());
    }
    return array;
  }
}
