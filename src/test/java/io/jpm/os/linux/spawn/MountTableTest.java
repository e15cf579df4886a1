package io.jpm.os.linux.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.linux.libc.MountCalls;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MountTableTest {
  private static final MountTable TABLE =
      MountTable.of(
          """
          22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
          23 22 0:22 / /srv rw,nosuid,nodev,noexec,noatime - tmpfs tmpfs rw
          24 23 0:23 /part /srv/a\\040b\\134c rw,nosuid - tmpfs tmpfs rw
          25 22 0:24 / /srvs rw - tmpfs tmpfs rw
          26 23 0:25 / /srv/twice rw,nodev - autofs systemd-1 rw
          27 26 0:26 / /srv/twice ro,noexec - tmpfs tmpfs rw
          no line
          """);

  @Test
  void mountsBelowAPathHaveTheirFlags() {
    long all = MountCalls.NO_SET_USER_ID | MountCalls.NO_DEVICES | MountCalls.NO_PROGRAMS;
    assertThat(TABLE.below("/srv").flags())
        .isEqualTo(
            Map.of(
                "/srv",
                all,
                "/srv/a b\\c",
                MountCalls.NO_SET_USER_ID,
                "/srv/twice",
                MountCalls.READ_ONLY | MountCalls.NO_PROGRAMS));
    assertThat(TABLE.below("/").flags()).hasSize(5).containsEntry("/", 0L);
    assertThat(TABLE.below("/none").flags()).isEmpty();
  }

  @Test
  void tableOfTheThreadContainsTheRoot() throws Exception {
    assertThat(MountTable.read().flags()).containsKey("/");
  }
}
