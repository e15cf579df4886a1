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

/// On which processes a tag counts: anybody can put anything into an environment. It counts on
/// processes of the daemon's user. On another user's it counts only where the kernel confirms it:
///
/// - the process has the real user of the instance that the tag names, which is the user the daemon
///   has run or adopted it as, or who owns the instance's pipes;
/// - or it prints into a pipe of that instance, which nobody else could have opened: it came from
///   the instance's tree and has changed its user since.
///
/// Names in `/proc/PID/fd` are not believed, since a mount namespace of one's own can show any
/// path: device and inode decide.
public final class TagTrust {
  /// Where an app with a terminal has its pipe depends on what else it was given.
  private static final int FIRST_BEHIND_TERMINAL = 3;

  private static final int MOST_INSTANCES = 16_384;
  private static final int TYPE_MASK = 0170000;
  private static final int FIFO = 0010000;

  private final int self;
  private final Set<Integer> users = ConcurrentHashMap.newKeySet();

  /// By instance, the oldest first. Guarded by itself.
  private final Map<String, Integer> instances = new LinkedHashMap<>();

  private volatile Optional<Path> home = Optional.empty();

  /// @param self the daemon's user
  public TagTrust(int self) {
    this.self = self;
    users.add(self);
  }

  /// Other users' processes are believed tags of this home alone: looking for the pipes of another
  /// one may lead anywhere.
  public void keepTo(Path only) {
    home = Optional.of(only);
  }

  /// A file of the kernel's, whatever its name.
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

  /// From now on the tags of the instance that `tag` names count on this user's processes too.
  public void add(String tag, int user) {
    if (user == self || user < 0) {
      return;
    }
    users.add(user);
    synchronized (instances) {
      instances.remove(Tag.instance(tag));
      instances.put(Tag.instance(tag), user);
      if (instances.size() > MOST_INSTANCES) {
        instances.remove(instances.keySet().iterator().next());
      }
    }
  }

  /// Whether it is the daemon's user's, or one's whose tags may count.
  public boolean mayTrust(int pid, ProcReader reader) {
    return users.contains(reader.realUser(pid));
  }

  /// Whether the environment of a process was made by nobody but the daemon's user. To be asked
  /// after it was read: a process cannot get the daemon's user by itself.
  public boolean isOwn(int pid, ProcReader reader) {
    return reader.realUser(pid) == self;
  }

  /// Whether a process that shows `tag`, or its mark, may be of the tree.
  boolean trusts(int pid, String tag, ProcReader reader) {
    int user = reader.realUser(pid);
    if (user == self) {
      return true;
    }
    synchronized (instances) {
      Integer known = instances.get(Tag.instance(tag));
      if (known != null && known == user) {
        return true;
      }
    }
    List<Inode> pipes = user < 0 || !isHome(Tag.home(tag)) ? List.of() : pipes(tag);
    return pipes.stream().anyMatch(pipe -> pipe.user == user)
        || (!pipes.isEmpty() && hasOpen(pipes, pid, tag));
  }

  /// Whether a process that shows `tag` may be a main process: of another user it has both, the
  /// user of the instance and its pipe.
  boolean trustsMain(int pid, String tag, ProcReader reader) {
    int user = reader.realUser(pid);
    if (user == self) {
      return true;
    }
    List<Inode> pipes = user < 0 || !isHome(Tag.home(tag)) ? List.of() : pipes(tag);
    return pipes.stream().anyMatch(pipe -> pipe.user == user) && hasOpen(pipes, pid, tag);
  }

  /// Whether a process of another user than the daemon's prints into a pipe of `folder` that was
  /// made for this user. Nothing of its environment is read.
  public boolean printsInto(Path folder, int pid, ProcReader reader) {
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
      return Tag.pipes(tag).stream()
          .flatMap(file -> Inode.ofPipe(file, LinkOption.NOFOLLOW_LINKS).stream())
          .toList();
    } catch (InvalidPathException noSuchHome) {
      return List.of();
    }
  }

  private static boolean hasOpen(List<Inode> pipes, int pid, String tag) {
    try {
      Path folder = Path.of(Tag.home(tag)).toRealPath();
      // The name first: to look at any file that a process has open may take as long as its disk.
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
