package io.jpm.model.process;

/// Identifies a process until the next reboot. A pid alone is not sufficient, because the kernel
/// reuses pids.
///
/// @param bootId the kernel's `/proc/sys/kernel/random/boot_id`, or another text that changes at
///   every boot
/// @param pid the process id, greater than 0
/// @param startTime the start time in the host's own unit (Linux: clock ticks since boot, field 22
///   of `/proc/PID/stat`); only compared for equality
public record ProcessIdentity(String bootId, int pid, long startTime) {
  public ProcessIdentity {
    if (pid <= 0) {
      throw new IllegalArgumentException("pid " + pid + " is not valid: must be greater than 0");
    }
  }
}
