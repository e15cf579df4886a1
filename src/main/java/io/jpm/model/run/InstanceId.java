package io.jpm.model.run;

/// The number that `jpm ls` shows in its first column (PM2's `pm_id`): one per instance, never
/// given twice until the list is empty.
///
/// @param value 0 or greater
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
