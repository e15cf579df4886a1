package io.jpm.model.process;

/// The id of an instance, as in the first column of `jpm ls` (PM2's `pm_id`). An id is not reused
/// until the list of apps is empty.
///
/// @param value the id, 0 or greater
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
