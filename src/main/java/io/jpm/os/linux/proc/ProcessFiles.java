package io.jpm.os.linux.proc;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The sockets and epoll instances that a process has open, read from `/proc/PID/fd`.
///
/// @param pid the pid of the process
/// @param sockets the inode numbers of sockets, by descriptor
/// @param epolls the descriptors of `epoll(7)` instances
public record ProcessFiles(int pid, Map<Integer, Long> sockets, List<Integer> epolls) {
  private static final String EPOLL = "anon_inode:[eventpoll]";

  /// Reads the current descriptors; empty if they cannot be read or the process has exited.
  public static ProcessFiles of(int pid) {
    Map<Integer, Long> sockets = new HashMap<>();
    List<Integer> epolls = new ArrayList<>();
    String folder = "/proc/" + pid + "/fd";
    String[] names = new File(folder).list();
    for (String name : names == null ? new String[0] : names) {
      String target = target(folder, name);
      long inode = SocketLinks.inode(target);
      if (inode >= 0) {
        sockets.put(Integer.valueOf(name), inode);
      } else if (target.equals(EPOLL)) {
        epolls.add(Integer.valueOf(name));
      }
    }
    return new ProcessFiles(pid, sockets, epolls);
  }

  private static String target(String folder, String name) {
    try {
      return Files.readSymbolicLink(Path.of(folder, name)).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  /// Returns the descriptors that refer to the socket with this inode number.
  public List<Integer> numbersOf(long inode) {
    return sockets.entrySet().stream()
        .filter(entry -> entry.getValue() == inode)
        .map(Map.Entry::getKey)
        .toList();
  }
}
