package io.jpm.os.linux.proc;

import io.jpm.os.linux.libc.Descriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Decides whether to accept the process tag of a process, because any process can put anything
/// into its environment. A tag is accepted if the process belongs to the daemon's user. If it
/// belongs to another user, the kernel must confirm one of these conditions:
///
/// - The real user of the process is the user of the instance that the tag names. The instance's
///   user is the one under which the daemon started or adopted it, or the owner of its pipes.
/// - The process writes to a pipe of that instance. Only a process in the tree of the instance
///   could open that pipe, so the process has changed its user since then.
///
/// Names in `/proc/PID/fd` are not trusted, because a process in its own mount namespace can make
/// them show any path. Device and inode numbers are compared instead.
public final class TagVerifier {
  /// First descriptor number under which an app with a terminal can have its log pipe open. The
  /// actual number depends on the other inherited descriptors.
  private static final int FIRST_BEHIND_TERMINAL = 3;

  private static final int MOST_INSTANCES = 16_384;
  private static final int TYPE_MASK = 0170000;
  private static final int FIFO = 0010000;

  private final int self;
  private final Set<Integer> users = ConcurrentHashMap.newKeySet();

  /// The user of each instance, oldest entry first. Guarded by itself.
  private final Map<String, Integer> instances = new LinkedHashMap<>();

  private volatile Optional<Path> home = Optional.empty();

  /// Creates a verifier that accepts tags of any home.
  ///
  /// @param self the user id of the daemon
  public TagVerifier(int self) {
    this.self = self;
    users.add(self);
  }

  /// Makes the verifier accept only tags of this home on processes of other users. Without this
  /// restriction, it would look up pipes at paths that such a process chooses.
  public void restrictToHome(Path only) {
    home = Optional.of(only);
  }

  /// Identifies a file independently of its path.
  private record Inode(long device, long number, int user) {
    static Optional<Inode> ofPipe(Path file, LinkOption... options) {
      try {
        Map<String, Object> read = Files.readAttributes(file, "unix:dev,ino,uid,mode", options);
        return (number(read, "mode").intValue() & TYPE_MASK) == FIFO
            ? Optional.of(
                new Inode(
                    number(read, "dev").longValue(),
                    number(read, "ino").longValue(),
                    number(read, "uid").intValue()))
            : Optional.empty();
      } catch (IOException goneOrNotPermitted) {
        return Optional.empty();
      }
    }

    private static Number number(Map<String, Object> read, String name) {
      return (Number) Objects.requireNonNull(read.get(name));
    }
  }

  /// Makes the verifier also accept the tags of an instance on processes of `user`.
  ///
  /// @param tag a process tag of the instance
  public void add(String tag, int user) {
    if (user == self || user < 0) {
      return;
    }
    users.add(user);
    synchronized (instances) {
      instances.remove(ProcessTag.instance(tag));
      instances.put(ProcessTag.instance(tag), user);
      if (instances.size() > MOST_INSTANCES) {
        instances.remove(instances.keySet().iterator().next());
      }
    }
  }

  /// Reports whether the process belongs to the daemon's user or to another user whose tags may be
  /// accepted.
  public boolean trustsUserOf(int pid, ProcReader reader) {
    return users.contains(reader.realUser(pid));
  }

  /// Reports whether only the daemon's user can have set the environment of a process. Must be
  /// called after the environment was read. The result is then reliable, because a process of
  /// another user cannot switch to the daemon's user.
  public boolean isOwn(int pid, ProcReader reader) {
    return reader.realUser(pid) == self;
  }

  /// Reports whether a process that carries `tag`, or the rlimit tag derived from it, may belong to
  /// the tree with this tag.
  boolean trusts(int pid, String tag, ProcReader reader) {
    int user = reader.realUser(pid);
    if (user == self) {
      return true;
    }
    synchronized (instances) {
      Integer known = instances.get(ProcessTag.instance(tag));
      if (known != null && known == user) {
        return true;
      }
    }
    List<Inode> pipes = user < 0 || !isHome(ProcessTag.home(tag)) ? List.of() : pipes(tag);
    return pipes.stream().anyMatch(pipe -> pipe.user == user)
        || (!pipes.isEmpty() && hasOpen(pipes, pid, tag));
  }

  /// Reports whether a process with `tag` may be the main process of the tree. A process of another
  /// user must both have the user of the instance and write to a pipe of the instance.
  boolean trustsMain(int pid, String tag, ProcReader reader) {
    int user = reader.realUser(pid);
    if (user == self) {
      return true;
    }
    List<Inode> pipes = user < 0 || !isHome(ProcessTag.home(tag)) ? List.of() : pipes(tag);
    return pipes.stream().anyMatch(pipe -> pipe.user == user) && hasOpen(pipes, pid, tag);
  }

  /// Reports whether a process of another user writes to a pipe in the home `folder` that was
  /// created for this user. The environment of the process is not read.
  public boolean writesToPipeOf(Path folder, int pid, ProcReader reader) {
    int user = reader.realUser(pid);
    if (user < 0 || user == self) {
      return false;
    }
    try {
      Path pipes = folder.resolve("fifo").toRealPath();
      return descriptors(pid)
          .flatMap(link ->
              target(link).filter(file -> pipes.equals(file.getParent())).stream()
                  .filter(file -> isSame(file, link, user)))
          .findAny()
          .isPresent();
    } catch (IOException noPipes) {
      return false;
    }
  }

  private static boolean isSame(Path file, Path link, int user) {
    Optional<Inode> pipe = Inode.ofPipe(file, LinkOption.NOFOLLOW_LINKS);
    return pipe.filter(found -> found.user == user).isPresent() && pipe.equals(Inode.ofPipe(link));
  }

  private boolean isHome(String text) {
    return text.startsWith("/") && (home.isEmpty() || home.get().toString().equals(text));
  }

  private static List<Inode> pipes(String tag) {
    try {
      return ProcessTag.pipes(tag).stream()
          .flatMap(file -> Inode.ofPipe(file, LinkOption.NOFOLLOW_LINKS).stream())
          .toList();
    } catch (InvalidPathException noSuchHome) {
      return List.of();
    }
  }

  private static boolean hasOpen(List<Inode> pipes, int pid, String tag) {
    try {
      Path folder = Path.of(ProcessTag.home(tag)).toRealPath();
      // The link is compared first, because reading the attributes of an arbitrary file that a
      // process has open may block for as long as the disk takes.
      return descriptors(pid)
          .filter(link -> target(link).filter(file -> file.startsWith(folder)).isPresent())
          .anyMatch(link -> Inode.ofPipe(link).filter(pipes::contains).isPresent());
    } catch (IOException | InvalidPathException noSuchHome) {
      return false;
    }
  }

  private static Stream<Path> descriptors(int pid) {
    return IntStream.concat(
            IntStream.of(1, 2), IntStream.range(FIRST_BEHIND_TERMINAL, Descriptors.FIRST_FREE))
        .mapToObj(number -> Path.of("/proc/" + pid + "/fd/" + number));
  }

  private static Optional<Path> target(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link));
    } catch (IOException goneOrNotPermitted) {
      return Optional.empty();
    }
  }
}
