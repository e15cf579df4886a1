package io.jpm.model.run;

/// Which process is meant, for as long as the machine stays up: a pid alone is used again by the
/// kernel.
///
/// @param bootId the kernel's `/proc/sys/kernel/random/boot_id`, or another text that changes at
///   every boot
/// @param pid the process id, greater than 0
/// @param startTime when it began, in the host's own unit (Linux: clock ticks since boot, field 22
///   of `/proc/PID/stat`); only ever compared for equality
public record ProcessIdentity(String bootId, int pid, long startTime) {
  public ProcessIdentity {
    if (pid <= 0) {
      throw new IllegalArgumentException("pid " + pid + " is not a process");
    }
  }
}
