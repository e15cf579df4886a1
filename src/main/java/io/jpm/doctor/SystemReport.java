package io.jpm.doctor;

import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.os.SystemFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// All that is judged.
///
/// @param java the JVM
/// @param system what the system gives
/// @param home the daemon's directory
/// @param bridge whether the daemon can be reached
/// @param keeper whether the keeper reads its pipe; empty: there is to be none, or it cannot be
///   known
/// @param heart how punctual the daemon is; empty: nobody has told
/// @param apps what runs; empty: God has not told
/// @param tokens those of services
/// @param settings what is to be said of the settings
/// @param programs where interpreters are, by name
record SystemReport(
    Java java,
    SystemFacts system,
    HomeFacts home,
    Bridge bridge,
    Optional<Boolean> keeper,
    Optional<HeartbeatReply> heart,
    Optional<Apps> apps,
    Tokens tokens,
    SettingsFacts settings,
    Map<String, Optional<Path>> programs) {
  /// The JVM.
  ///
  /// @param feature 25, 26 …
  /// @param version in full
  record Java(int feature, String version, String vendor) {}

  /// The settings as they stand in the files.
  ///
  /// @param mistakes each with its line
  /// @param waiting what only the next daemon goes by: `bridge.port 0 -> 9000`
  record SettingsFacts(List<String> mistakes, List<String> waiting) {}

  /// The daemon's directory.
  ///
  /// @param path where it is
  /// @param mode its permissions, `rwx------`
  /// @param writable whether a file can be made in it
  /// @param disks where the home and logs are
  /// @param sharedMemory bytes that are free in `/dev/shm`
  /// @param stale files of nobody
  /// @param dumps what crashed JVMs have left
  /// @param pidFile what `jpm.pid` says
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
  /// @param path a folder on it that jpm writes to
  /// @param free bytes
  /// @param inodes files that can still be made
  record Disk(Path path, long free, OptionalLong inodes) {}

  /// The doors.
  ///
  /// @param port what the port file says; empty: it has no number
  /// @param tcp why the port does not answer; empty: it does
  /// @param socket the same of the unix socket
  record Bridge(Optional<Integer> port, Optional<String> tcp, Optional<String> socket) {}

  /// The tokens of services.
  ///
  /// @param count how many hold
  /// @param soon those that should be rotated, each with when it ends
  /// @param problem why none is known; empty: they are known
  record Tokens(int count, List<String> soon, Optional<String> problem) {}

  /// What runs.
  ///
  /// @param instances how many there are
  /// @param errored those that were given up, each with its reason
  /// @param logTroubles logs that cannot be written, each with its reason
  record Apps(int instances, List<String> errored, List<String> logTroubles) {}
}
