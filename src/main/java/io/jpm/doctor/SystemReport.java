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
/// @param system the features and limits of the operating system
/// @param home the daemon's directory
/// @param bridge whether clients can reach the daemon
/// @param keeper whether the keeper has its pipe open; empty if no keeper is expected or this
///   cannot be determined
/// @param heartbeat how quickly the daemon responds; empty if the heartbeat did not answer
/// @param apps the listed apps; empty if God did not answer
/// @param tokens the service tokens
/// @param settings the state of the settings files
/// @param programs the path of each interpreter by name; empty if it was not found
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

  /// The state of the settings files.
  ///
  /// @param mistakes the errors in the files, each with its line number
  /// @param waiting changes that take effect only when the next daemon starts, such as `bridge.port
  ///   0 -> 9000`
  record SettingsFacts(List<String> mistakes, List<String> waiting) {}

  /// The daemon's directory.
  ///
  /// @param path the path of the directory
  /// @param mode its permissions, such as `rwx------`
  /// @param writable whether files can be created in it
  /// @param disks the disks that contain the home and the logs
  /// @param sharedMemory the number of free bytes in `/dev/shm`
  /// @param stale files that do not belong to any listed app
  /// @param dumps dump files of crashed JVMs
  /// @param pidFile the content of `jpm.pid`
  /// @param pid the pid of the daemon
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

  /// A disk to which jpm writes.
  ///
  /// @param path a directory on the disk to which jpm writes
  /// @param free the number of free bytes
  /// @param inodes the number of files that can still be created; empty if unknown or unlimited
  record Disk(Path path, long free, OptionalLong inodes) {}

  /// The TCP port and the unix socket on which the daemon serves clients.
  ///
  /// @param port the port number in the port file; empty if the file does not contain one
  /// @param tcp the reason why the port does not answer; empty if it answers
  /// @param socket the reason why the unix socket does not answer; empty if it answers
  record Bridge(Optional<Integer> port, Optional<String> tcp, Optional<String> socket) {}

  /// The service tokens.
  ///
  /// @param count the number of valid tokens
  /// @param soon the tokens that should be rotated, each with its expiry time
  /// @param problem the reason why the tokens are unknown; empty if they are known
  record Tokens(int count, List<String> soon, Optional<String> problem) {}

  /// The listed apps.
  ///
  /// @param instances the number of instances
  /// @param errored the instances in the state errored, each with its reason
  /// @param logProblems the logs that cannot be written, each with its reason
  record Apps(int instances, List<String> errored, List<String> logProblems) {}
}
