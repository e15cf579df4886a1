package io.jpm.doctor;

import io.jpm.config.settings.SettingsOutcome;
import io.jpm.os.SystemInspection;
import java.nio.file.Path;

/// Dependencies of the doctor, and facts about its daemon.
///
/// @param inspector inspects the system
/// @param home the daemon's directory
/// @param installedSettings `conf/jpm.json` of the installation
/// @param pid the daemon's process
/// @param keeper whether there should be a keeper
/// @param bootSettings the settings with which the daemon was started
public record DoctorContext(
    SystemInspection inspector,
    Path home,
    Path installedSettings,
    long pid,
    boolean keeper,
    SettingsOutcome bootSettings) {}
