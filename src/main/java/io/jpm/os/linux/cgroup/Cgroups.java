package io.jpm.os.linux.cgroup;

import io.jpm.model.ResourceLimits;
import io.jpm.os.linux.proc.Tag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Optional;

/// Makes groups for apps, beneath the one that was given to the daemon, and nowhere else: systemd
/// marks what it gives away with `user.delegate`, and other groups are its own.
///
/// A group that is divided must have no processes itself. So the daemon has to be in one beneath
/// it: with `DelegateSubgroup=daemon` systemd begins it there, in a scope it moves there by itself.
/// It does not move in a service without that setting: systemd could not start the daemon anew as
/// long as apps run. Looked for when first needed, since most daemons need none.
public final class Cgroups {
  private static final String DAEMON = "daemon";
  private static final int LONGEST_NAME = 200;

  /// In which quotas of processor time are counted, in microseconds.
  private static final long PERIOD = 100_000;

  private final Optional<Path> mount = CgroupMount.find();
  private Optional<Path> root = Optional.empty();
  private Optional<String> problem = Optional.empty();
  private boolean looked;

  /// Those of this process.
  public Cgroups() {}

  /// Beneath a group that is known to be ours.
  public Cgroups(Path root) {
    this.root = Optional.of(root);
    this.looked = true;
  }

  /// Why no groups can be made, in a clause; empty when they can.
  public synchronized Optional<String> problem() {
    if (!looked) {
      looked = true;
      look();
    }
    return problem;
  }

  /// A new group with these limits; empty when they need none or there can be none.
  ///
  /// @param tag what its name is made of
  /// @throws IOException with a sentence for the user when a limit cannot be had
  public synchronized Optional<Cgroup> make(String tag, ResourceLimits limits) throws IOException {
    if (!limits.ofGroup() || problem().isPresent() || root.isEmpty()) {
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
      Files.createDirectory(group.folder());
      fill(group, limits);
      return Optional.of(group);
    } catch (IOException refused) {
      group.remove();
      throw refused;
    }
  }

  /// The group of a process that an earlier daemon has made.
  public Optional<Cgroup> of(int pid) {
    return mount.flatMap(shown -> Cgroup.of(pid, shown));
  }

  /// The group that an earlier daemon has made for the tree with this tag, whether anybody is in it
  /// or not.
  public synchronized Optional<Cgroup> of(String tag) {
    return problem().isPresent()
        ? Optional.empty()
        : root.map(folder -> new Cgroup(folder.resolve(nameOf(tag))))
            .filter(group -> Files.isDirectory(group.folder()));
  }

  /// The group that this process could divide, if there is one; changes nothing.
  public static Optional<Path> divisible() {
    return own().flatMap(Cgroups::divisible);
  }

  private static Optional<Path> own() {
    return CgroupMount.find()
        .flatMap(mount -> CgroupMount.pathOf("self").map(path -> mount.resolve(path)));
  }

  private static Optional<Path> divisible(Path own) {
    Path parent = own.getParent();
    if (own.endsWith(DAEMON) && parent != null && isDelegated(parent)) {
      return Optional.of(parent);
    }
    return isDelegated(own) && own.toString().endsWith(".scope")
        ? Optional.of(own)
        : Optional.empty();
  }

  private static String nameOf(String tag) {
    String plain = Tag.withoutSecret(tag).replaceAll("[^A-Za-z0-9.-]", "_");
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
          "limits: the cgroup %s has no %s controller".formatted(root, controller));
    }
    if (!words(root.resolve("cgroup.subtree_control")).contains(controller)) {
      new Cgroup(root).set("cgroup.subtree_control", "+" + controller);
    }
  }

  private static List<String> words(Path file) throws IOException {
    return List.of(Files.readString(file).strip().split("\\s+", -1));
  }

  /// What trees have left behind whose last process ended while nobody looked.
  private static void removeEmpty(Path root) throws IOException {
    try (DirectoryStream<Path> groups = Files.newDirectoryStream(root, Cgroup.PREFIX + "*")) {
      groups.forEach(group -> new Cgroup(group).remove());
    }
  }

  private void look() {
    Optional<Path> own = own();
    if (own.isEmpty()) {
      problem = Optional.of("there are no cgroups of version 2 here");
      return;
    }
    root = divisible(own.get());
    problem =
        root.isEmpty()
            ? Optional.of("no delegated cgroup")
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

  /// Everybody in it, the daemon among them.
  private static Optional<String> moveDown(Path group) {
    Cgroup below = new Cgroup(group.resolve(DAEMON));
    try {
      if (!Files.isDirectory(below.folder())) {
        Files.createDirectory(below.folder());
      }
      for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
        below.take(Integer.parseInt(pid));
      }
      return Optional.empty();
    } catch (IOException refused) {
      return Optional.of(
          "the cgroup %s cannot be divided: %s".formatted(group, refused.getMessage()));
    }
  }
}
