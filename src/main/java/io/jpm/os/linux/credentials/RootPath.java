package io.jpm.os.linux.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/// Checks whether root alone controls a path. This is the case if the file and every directory and
/// link on the path belong to root and cannot be written by a group or by other users. No other
/// user can then make the path lead to a different file, not even between this check and the use of
/// the path.
public final class RootPath {
  private static final int WRITABLE_BY_OTHERS = 022;
  private static final int MOST_LINKS = 40; // as in the kernel, path_resolution(7)

  private RootPath() {}

  /// Reports whether root alone controls `file`. Returns false if this cannot be determined.
  public static boolean isOfRootAlone(Path file) {
    Deque<Path> names = new ArrayDeque<>();
    push(file.toAbsolutePath(), names);
    Path at = file.toAbsolutePath().getRoot();
    int links = 0;
    try {
      if (!isRoots(at)) {
        return false;
      }
      while (!names.isEmpty()) {
        Path name = names.removeFirst();
        if (name.toString().equals("..")) {
          at = at.getParent() == null ? at : at.getParent();
          continue;
        }
        Path next = at.resolve(name).normalize();
        if (!isRoots(next)) {
          return false;
        }
        if (!Files.isSymbolicLink(next)) {
          at = next;
        } else if (links++ < MOST_LINKS) {
          Path target = Files.readSymbolicLink(next);
          push(target, names);
          at = target.isAbsolute() ? target.getRoot() : at;
        } else {
          return false;
        }
      }
      return true;
    } catch (IOException missing) {
      return false;
    }
  }

  private static void push(Path path, Deque<Path> names) {
    for (int i = path.getNameCount() - 1; i >= 0; i--) {
      names.addFirst(path.getName(i));
    }
  }

  private static boolean isRoots(Path path) throws IOException {
    Map<String, Object> about =
        Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
    boolean link = Files.isSymbolicLink(path); // the mode of a link has no meaning
    return about.get("uid") instanceof Integer uid
        && about.get("mode") instanceof Integer mode
        && uid == 0
        && (link || (mode & WRITABLE_BY_OTHERS) == 0);
  }
}
