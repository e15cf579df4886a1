package io.jpm.os.linux.cgroup;

import io.jpm.model.ResourceLimits;
import io.jpm.os.linux.proc.ProcessTag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Optional;

/// Creates cgroups for apps, but only below the cgroup that was delegated to the daemon. systemd
/// marks a delegated cgroup with the attribute `user.delegate`; all others belong to systemd.
///
/// A cgroup that enables controllers for its children must not contain processes itself, so the
/// daemon must run in a child group. In a service, `DelegateSubgroup=daemon` makes systemd start
/// the daemon in a child group. In a scope, the daemon moves itself to a child group. It does not
/// do so in a service without that setting, because systemd could then not restart the daemon while
/// apps are running.
///
/// The delegated cgroup is looked up on first use, because most daemons do not set limits that
/// require one.
public final class Cgroups {
  private static final String DAEMON = "daemon";
  private static final int LONGEST_NAME = 200;

  /// Period of `cpu.max`, in microseconds.
  private static final long PERIOD = 100_000;

  private final Optional<Path> mount = CgroupMount.find();
  private Optional<Path> root = Optional.empty();
  private Optional<String> problem = Optional.empty();
  private boolean looked;

  /// Creates cgroups below the cgroup that is delegated to this process.
  public Cgroups() {}

  /// Creates cgroups below `root`, which must be delegated to this process.
  public Cgroups(Path root) {
    this.root = Optional.of(root);
    this.looked = true;
  }

  /// Returns the reason why no cgroups can be created, as a clause; empty if they can.
  public synchronized Optional<String> problem() {
    if (!looked) {
      looked = true;
      look();
    }
    return problem;
  }

  /// Creates a cgroup with these limits; empty if the limits do not require a cgroup or no cgroup
  /// can be created.
  ///
  /// @param tag the process tag from which the name of the cgroup is derived
  /// @throws IOException with a message for the user if a limit cannot be set
  public synchronized Optional<Cgroup> create(String tag, ResourceLimits limits)
      throws IOException {
    if (!limits.needsCgroup() || problem().isPresent() || root.isEmpty()) {
      return Optional.empty();
    }
    removeEmpty(root.get());
    if (limits.memoryMax().isPresent() || limits.memoryHigh().isPresent()) {
      enable(root.get(), "memory");
    }
    if (limits.cpuMax().isPresent()) {
      enable(root.get(), "cpu");
    }
    Cgroup group = new Cgroup(root.get().resolve(nameOf(tag)));
    try {
      Files.createDirectory(group.directory());
      fill(group, limits);
      return Optional.of(group);
    } catch (IOException refused) {
      group.remove();
      throw refused;
    }
  }

  /// Returns the cgroup that an earlier daemon created for a process; empty if there is none.
  public Optional<Cgroup> of(int pid) {
    return mount.flatMap(shown -> Cgroup.of(pid, shown));
  }

  /// Returns the cgroup that an earlier daemon created for the tree with this tag, even if it no
  /// longer contains processes; empty if there is none.
  public synchronized Optional<Cgroup> of(String tag) {
    return problem().isPresent()
        ? Optional.empty()
        : root.map(folder -> new Cgroup(folder.resolve(nameOf(tag))))
            .filter(group -> Files.isDirectory(group.directory()));
  }

  /// Returns the cgroup in which this process could create child groups, if there is one. Has no
  /// side effects.
  public static Optional<Path> delegatedGroup() {
    return own().flatMap(Cgroups::delegatedGroup);
  }

  private static Optional<Path> own() {
    return CgroupMount.find()
        .flatMap(mount -> CgroupMount.pathOf("self").map(path -> mount.resolve(path)));
  }

  private static Optional<Path> delegatedGroup(Path own) {
    Path parent = own.getParent();
    if (own.endsWith(DAEMON) && parent != null && isDelegated(parent)) {
      return Optional.of(parent);
    }
    return isDelegated(own) && own.toString().endsWith(".scope")
        ? Optional.of(own)
        : Optional.empty();
  }

  private static String nameOf(String tag) {
    String plain = ProcessTag.withoutSecret(tag).replaceAll("[^A-Za-z0-9.-]", "_");
    return Cgroup.PREFIX + plain.substring(Math.max(0, plain.length() - LONGEST_NAME));
  }

  private static void fill(Cgroup group, ResourceLimits limits) throws IOException {
    if (limits.memoryMax().isPresent()) {
      group.set("memory.max", Long.toString(limits.memoryMax().getAsLong()));
    }
    if (limits.memoryHigh().isPresent()) {
      group.set("memory.high", Long.toString(limits.memoryHigh().getAsLong()));
    }
    if (limits.cpuMax().isPresent()) {
      long quota = Math.max(1_000, Math.round(limits.cpuMax().getAsDouble() * PERIOD));
      group.set("cpu.max", quota + " " + PERIOD);
    }
  }

  private static void enable(Path root, String controller) throws IOException {
    if (!words(root.resolve("cgroup.controllers")).contains(controller)) {
      throw new IOException(
          "limits: the cgroup %s has no %s controller: delegate the controller, or remove the limit"
              .formatted(root, controller));
    }
    if (!words(root.resolve("cgroup.subtree_control")).contains(controller)) {
      new Cgroup(root).set("cgroup.subtree_control", "+" + controller);
    }
  }

  private static List<String> words(Path file) throws IOException {
    return List.of(Files.readString(file).strip().split("\\s+", -1));
  }

  /// Removes cgroups without processes. Such a cgroup remains if no daemon was running when its
  /// last process exited.
  private static void removeEmpty(Path root) throws IOException {
    try (DirectoryStream<Path> groups = Files.newDirectoryStream(root, Cgroup.PREFIX + "*")) {
      groups.forEach(group -> new Cgroup(group).remove());
    }
  }

  private void look() {
    Optional<Path> own = own();
    if (own.isEmpty()) {
      problem = Optional.of("this system does not support cgroup v2");
      return;
    }
    root = delegatedGroup(own.get());
    problem =
        root.isEmpty()
            ? Optional.of("no cgroup is delegated to the daemon")
            : root.filter(own.get()::equals).flatMap(Cgroups::moveDown);
  }

  private static boolean isDelegated(Path group) {
    var view = Files.getFileAttributeView(group, UserDefinedFileAttributeView.class);
    try {
      var value = ByteBuffer.allocate(8);
      int length = view == null ? 0 : view.read("delegate", value);
      return length > 0
          && new String(value.array(), 0, length, StandardCharsets.US_ASCII).startsWith("1")
          && Files.isWritable(group.resolve("cgroup.procs"));
    } catch (IOException notMarked) {
      return false;
    }
  }

  /// Moves all processes of the cgroup, including the daemon, into a child group.
  private static Optional<String> moveDown(Path group) {
    Cgroup below = new Cgroup(group.resolve(DAEMON));
    try {
      if (!Files.isDirectory(below.directory())) {
        Files.createDirectory(below.directory());
      }
      for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
        below.add(Integer.parseInt(pid));
      }
      return Optional.empty();
    } catch (IOException refused) {
      return Optional.of(
          "cannot create child groups in the cgroup %s: %s".formatted(group, refused.getMessage()));
    }
  }
}
