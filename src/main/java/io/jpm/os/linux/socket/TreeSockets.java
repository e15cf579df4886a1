package io.jpm.os.linux.socket;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.TreeListener;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessFiles;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.TagVerifier;
import io.jpm.os.linux.tree.TreeScan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Lists the sockets of one tree: of the main process, its descendants and the processes in its
/// session.
public final class TreeSockets {
  private final ProcessIdentity main;
  private final DaemonIdentity daemonIdentity;

  /// Creates a view of the sockets of one tree, which are read at each call.
  ///
  /// @param main the main process of the tree
  /// @param daemonIdentity the daemon, which belongs to no tree
  public TreeSockets(ProcessIdentity main, DaemonIdentity daemonIdentity) {
    this.main = main;
    this.daemonIdentity = daemonIdentity;
  }

  /// Returns the TCP sockets on which the tree listens.
  public List<TreeListener> listening() {
    // The table is read first, because it usually has few rows and can be read quickly.
    List<TcpTable.Row> rows = TcpTable.of(main.pid(), Set.of(TcpTable.LISTEN));
    List<ProcessFiles> files = rows.isEmpty() ? List.of() : files();
    return rows.stream()
        .filter(row -> files.stream().anyMatch(one -> one.sockets().containsValue(row.inode())))
        .map(row -> listening(row, files))
        .toList();
  }

  private TreeListener listening(TcpTable.Row row, List<ProcessFiles> files) {
    List<ProcessFiles> holders =
        files.stream().filter(one -> one.sockets().containsValue(row.inode())).toList();
    return new TreeListener(
        row.address(),
        row.inode(),
        isWaitedFor(row.inode(), files),
        holders.stream().anyMatch(one -> one.pid() == main.pid()),
        holders.stream().map(one -> program(one.pid())).collect(Collectors.toSet()));
  }

  private static String program(int pid) {
    try {
      return String.valueOf(Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).getFileName());
    } catch (IOException gone) {
      return "";
    }
  }

  private static boolean isWaitedFor(long inode, List<ProcessFiles> files) {
    return files.stream()
        .anyMatch(one -> {
          List<Integer> numbers = one.numbersOf(inode);
          return !numbers.isEmpty() && new AcceptState(one.pid()).on(numbers, one.epolls(), inode);
        });
  }

  /// Returns the processes that have a socket open, main process first.
  List<Integer> holders(long inode) {
    return files().stream()
        .filter(one -> one.sockets().containsValue(inode))
        .map(ProcessFiles::pid)
        .sorted(Comparator.comparing(pid -> pid != main.pid()))
        .toList();
  }

  /// Returns the number of connections that processes of the tree have accepted on one of `ports`.
  public int connections(Set<Integer> ports) {
    List<TcpTable.Row> rows =
        TcpTable.of(main.pid(), Set.of(TcpTable.ESTABLISHED, TcpTable.CLOSE_WAIT)).stream()
            .filter(row -> row.inode() != 0 && ports.contains(row.port()))
            .toList();
    if (rows.isEmpty()) {
      return 0;
    }
    Set<Long> had = all();
    return (int) rows.stream().filter(row -> had.contains(row.inode())).count();
  }

  /// Returns the inode numbers of all sockets of the tree, of any type.
  public Set<Long> all() {
    Set<Long> all = new HashSet<>();
    files().stream().map(ProcessFiles::sockets).map(it -> it.values()).forEach(all::addAll);
    return all;
  }

  private List<ProcessFiles> files() {
    try (ProcReader reader = new ProcReader()) {
      Collection<ProcStat> tree =
          new TreeScan(
                  ProcessSnapshot.take(reader, new TagVerifier(daemonIdentity.user())),
                  daemonIdentity)
              .collect(main);
      return tree.stream().map(process -> ProcessFiles.of(process.pid())).toList();
    }
  }
}
