package io.jpm.model.process;

/// The number of an instance, as in the first column of `jpm ls` (PM2's `pm_id`). A number is not
/// reused until the list is empty.
///
/// @param value the number, 0 or greater
public record InstanceId(int value) implements Comparable<InstanceId> {
  public InstanceId {
    if (value < 0) {
      throw new IllegalArgumentException("instance id " + value + " is negative");
    }
  }

  @Override
  public int compareTo(InstanceId other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
