package schedule

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf16"
)

// serviceUnit is the systemd unit that runs the job.
func serviceUnit(j Job) []byte {
	return fmt.Appendf(nil, "[Unit]\nDescription=Where Roomkey's connections stand\n\n[Service]\nType=oneshot\nExecStart=%s\nSuccessExitStatus=3\n", systemdLine(j))
}

// timerUnit is the systemd unit that says when; what was missed while the computer
// was off is made up for.
func timerUnit(j Job) []byte {
	return fmt.Appendf(nil, "[Unit]\nDescription=Where Roomkey's connections stand, daily\n\n[Timer]\nOnCalendar=*-*-* %02d:%02d:00\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n", j.Hour, j.Minute)
}

// systemdLine quotes for ExecStart, where % and $ mean something of their own.
func systemdLine(j Job) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, `$`, `$$`, "\n", `\n`)
	var line []string
	for _, a := range append([]string{j.Program}, j.Args...) {
		line = append(line, `"`+escape.Replace(a)+`"`)
	}
	return strings.Join(line, " ")
}

// propertyList is the job as launchd takes it.
func propertyList(j Job) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n")
	fmt.Fprintf(&b, "<plist version=\"1.0\">\n<dict>\n\t<key>Label</key>\n\t<string>%s</string>\n\t<key>ProgramArguments</key>\n\t<array>\n", labelName)
	for _, a := range append([]string{j.Program}, j.Args...) {
		fmt.Fprintf(&b, "\t\t<string>%s</string>\n", escaped(a))
	}
	fmt.Fprintf(&b, "\t</array>\n\t<key>StartCalendarInterval</key>\n\t<dict>\n\t\t<key>Hour</key>\n\t\t<integer>%d</integer>\n\t\t<key>Minute</key>\n\t\t<integer>%d</integer>\n\t</dict>\n</dict>\n</plist>\n", j.Hour, j.Minute)
	return b.Bytes()
}

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}

// taskXML is the job as Task Scheduler takes it: UTF-16 with its mark. It runs as
// the person who is signed in, since only then is there a keychain.
func taskXML(j Job) []byte {
	text := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Where Roomkey's connections stand, daily</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T%02d:%02d:00</StartBoundary>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT1H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>%s</Command>
      <Arguments>%s</Arguments>
    </Exec>
  </Actions>
</Task>
`, j.Hour, j.Minute, escaped(j.Program), escaped(windowsLine(j.Args)))
	var b bytes.Buffer
	b.Write([]byte{0xff, 0xfe})
	_ = binary.Write(&b, binary.LittleEndian, utf16.Encode([]rune(strings.ReplaceAll(text, "\n", "\r\n")))) // a buffer takes everything
	return b.Bytes()
}

// windowsLine quotes arguments as programs on Windows take them apart: a
// backslash counts only before a quote.
func windowsLine(args []string) string {
	var line []string
	for _, a := range args {
		if a != "" && !strings.ContainsAny(a, " \t\"") {
			line = append(line, a)
			continue
		}
		var b strings.Builder
		b.WriteByte('"')
		slashes := 0
		for _, r := range a {
			switch r {
			case '\\':
				slashes++
				continue
			case '"':
				b.WriteString(strings.Repeat(`\`, 2*slashes+1))
			default:
				b.WriteString(strings.Repeat(`\`, slashes))
			}
			slashes = 0
			b.WriteRune(r)
		}
		b.WriteString(strings.Repeat(`\`, 2*slashes) + `"`)
		line = append(line, b.String())
	}
	return strings.Join(line, " ")
}
