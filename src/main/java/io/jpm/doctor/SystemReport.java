package io.jpm.doctor;

import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.os.SystemFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// The facts from which [Doctor] derives its findings.
///
/// @param java the JVM
/// @param system what the system provides
/// @param home the daemon's directory
/// @param bridge whether the daemon can be reached
/// @param keeper whether the keeper reads its pipe; empty if there should be none, or this cannot
///   be determined
/// @param heartbeat how punctual the daemon is; empty if the heartbeat did not answer
/// @param apps the running apps; empty if God did not answer
/// @param tokens the tokens of services
/// @param settings the state of the settings files
/// @param programs paths of interpreters, by name; empty if not found
record SystemReport(
    Java java,
    SystemFacts system,
    HomeFacts home,
    Bridge bridge,
    Optional<Boolean> keeper,
    Optional<HeartbeatReply> heartbeat,
    Optional<Apps> apps,
    Tokens tokens,
    SettingsFacts settings,
    Map<String, Optional<Path>> programs) {
  /// The JVM.
  ///
  /// @param feature the feature release, such as 25
  /// @param version the full version
  record Java(int feature, String version, String vendor) {}

  /// The settings in the files.
  ///
  /// @param mistakes each with its line
  /// @param waiting changes that take effect only in the next daemon: `bridge.port 0 -> 9000`
  record SettingsFacts(List<String> mistakes, List<String> waiting) {}

  /// The daemon's directory.
  ///
  /// @param path its path
  /// @param mode its permissions, `rwx------`
  /// @param writable whether a file can be created in it
  /// @param disks the disks of the home and the logs
  /// @param sharedMemory free bytes in `/dev/shm`
  /// @param stale files that do not belong to a listed app
  /// @param dumps dump files of crashed JVMs
  /// @param pidFile the content of `jpm.pid`
  /// @param pid the daemon's process
  record HomeFacts(
      Path path,
      String mode,
      boolean writable,
      List<Disk> disks,
      OptionalLong sharedMemory,
      List<Path> stale,
      List<Path> dumps,
      String pidFile,
      long pid) {}

  /// One disk.
  ///
  /// @param path a directory on it that jpm writes to
  /// @param free bytes
  /// @param inodes how many files can still be created; empty if unknown or unlimited
  record Disk(Path path, long free, OptionalLong inodes) {}

  /// The port and the unix socket on which the daemon serves clients.
  ///
  /// @param port the content of the port file; empty if it does not contain a port
  /// @param tcp the reason why the port does not answer; empty if it answers
  /// @param socket the same for the unix socket
  record Bridge(Optional<Integer> port, Optional<String> tcp, Optional<String> socket) {}

  /// The tokens of services.
  ///
  /// @param count the number of valid tokens
  /// @param soon those that should be rotated, each with its expiry time
  /// @param problem the reason why the tokens are unknown; empty if they are known
  record Tokens(int count, List<String> soon, Optional<String> problem) {}

  /// The running apps.
  ///
  /// @param instances the number of instances
  /// @param errored those in the state errored, each with its reason
  /// @param logProblems logs that cannot be written, each with its reason
  record Apps(int instances, List<String> errored, List<String> logProblems) {}
}
