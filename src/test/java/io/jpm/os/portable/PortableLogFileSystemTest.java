package io.jpm.os.portable;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.RunAs;
import io.jpm.os.LogDiskContract;
import io.jpm.os.LogFileSystem;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PortableLogFileSystemTest extends LogDiskContract {
  @Override
  protected LogFileSystem newDisk() {
    return new PortableLogFileSystem();
  }

  @Test
  void anotherUserIsRefused() {
    RunAs nobody =
        new RunAs(
            Optional.of("nobody"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

    assertThatThrownBy(() -> disk.open(dir.resolve("a.log"), nobody))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot use the log file "
                + dir.resolve("a.log")
                + " as user nobody on this system: remove uid");
  }
}
