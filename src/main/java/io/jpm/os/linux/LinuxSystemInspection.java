package io.jpm.os.linux;

import io.jpm.os.SystemFacts;
import io.jpm.os.SystemFacts.Cgroup;
import io.jpm.os.SystemFacts.Feature;
import io.jpm.os.SystemFacts.Limits;
import io.jpm.os.SystemInspection;
import io.jpm.os.linux.cgroup.CgroupMount;
import io.jpm.os.linux.cgroup.Cgroups;
import io.jpm.os.linux.libc.SystemCalls;
import io.jpm.os.linux.proc.ExitQuery;
import io.jpm.os.linux.proc.KernelSetting;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Inspects the kernel and its limits for `jpm doctor`. Features are tested by using them if this
/// has no side effects.
public final class LinuxSystemInspection implements SystemInspection {
  @Override
  public SystemFacts facts() {
    int scope = KernelSetting.number("kernel/yama/ptrace_scope", -1);
    return new SystemFacts(
        Optional.empty(),
        "Linux " + System.getProperty("os.version", ""),
        features(),
        cgroup(),
        scope < 0 ? OptionalInt.empty() : OptionalInt.of(scope),
        limits(),
        SystemCalls.clock(),
        loopback6());
  }

  private static List<Feature> features() {
    return List.of(
        new Feature("pidfd", true, "signals may reach an unrelated process"),
        new Feature("epoll", SystemCalls.supportsEpoll(), "process exits are not detected"),
        new Feature(
            "pidfd_getfd",
            SystemCalls.supportsPidfdGetfd(),
            "IPC channels and listening sockets are closed if the daemon dies"),
        new Feature(
            "PIDFD_GET_INFO",
            ExitQuery.isSupported(),
            "how processes exit while no daemon is running is unknown (requires Linux 6.15)"),
        new Feature(
            "close_range",
            SystemCalls.supportsCloseRange(),
            "starting a process takes longer (requires Linux 5.9)"),
        new Feature(
            "SO_REUSEPORT", sharesPorts(), "instances of some programs cannot share a port"));
  }

  private static boolean sharesPorts() {
    try (var one = ServerSocketChannel.open();
        var other = ServerSocketChannel.open()) {
      one.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      other.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      one.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
      other.bind(one.getLocalAddress());
      return true;
    } catch (IOException | UnsupportedOperationException refused) {
      return false;
    }
  }

  private static boolean loopback6() {
    byte[] address = new byte[16];
    address[15] = 1;
    try (var socket = new ServerSocket(0, 1, Inet6Address.getByAddress(address))) {
      return socket.isBound();
    } catch (IOException none) {
      return false;
    }
  }

  /// Describes the daemon's own cgroup. If the daemon can create child groups in it or in its
  /// parent, the controllers are read from that cgroup, because a child group lists only those
  /// enabled for it.
  private static Optional<Cgroup> cgroup() {
    Optional<Path> mount = CgroupMount.find();
    Optional<String> path = CgroupMount.pathOf("self");
    if (mount.isEmpty() || path.isEmpty()) {
      return Optional.empty();
    }
    Optional<Path> divisible = Cgroups.delegatedGroup();
    Path folder = divisible.orElseGet(() -> mount.get().resolve(path.get()));
    try {
      List<String> names =
          List.of(Files.readString(folder.resolve("cgroup.controllers")).strip().split(" +", -1))
              .stream()
              .filter(name -> !name.isEmpty())
              .toList();
      return Optional.of(new Cgroup("/" + path.get(), names, divisible.isPresent()));
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  private static Optional<Limits> limits() {
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc/self/limits"));
      // `proc_loadavg(5)`: the fourth field is `running/total`, counted in threads.
      String load = Files.readString(Path.of("/proc/loadavg")).strip();
      long all = Long.parseLong(load.split(" +", -1)[3].split("/", -1)[1]);
      return Optional.of(
          new Limits(
              limit(lines, "Max open files", 0),
              limit(lines, "Max open files", 1),
              limit(lines, "Max processes", 0),
              KernelSetting.number("kernel/pid_max", 32_768),
              all));
    } catch (IOException | RuntimeException unreadable) {
      return Optional.empty();
    }
  }

  /// Returns a limit from the lines of `/proc/self/limits` (`proc_pid_limits(5)`): the soft limit
  /// if `column` is 0, the hard limit if it is 1.
  private static long limit(List<String> lines, String name, int column) {
    String line = lines.stream().filter(it -> it.startsWith(name)).findFirst().orElseThrow();
    String value = line.substring(name.length()).strip().split(" +", -1)[column];
    return value.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(value);
  }

  @Override
  public OptionalLong freeInodes(Path path) {
    return SystemCalls.freeInodes(path);
  }

  @Override
  public Optional<Boolean> hasReader(Path fifo) {
    return SystemCalls.hasReader(fifo);
  }
}
