@echo off
rem Builds what is missing, says so, and runs the lab command. lab --help; lab --device gpu VERB ... swaps the runtime.
rem Steps are labels, not blocks: a folder such as "Program Files (x86)" would close a block. ARGS keeps the user's own
rem quotes and gets none around it, or an ampersand in a question would end the line.
setlocal EnableExtensions DisableDelayedExpansion
set "ROOT=%~dp0"
set "ROOT=%ROOT:~0,-1%"

set "DEVICE=cpu"
set "VERB=%~1"
set "WORD=%~2"
set ARGS=%*
if not "%~1"=="--device" goto device_done
set "DEVICE=%~2"
if "%DEVICE%"=="cpu" goto device_known
if "%DEVICE%"=="gpu" goto device_known
echo error: --device is "%DEVICE%"; it must be cpu or gpu 1>&2
exit /b 2
:device_known
set "VERB=%~3"
set "WORD=%~4"
rem cut "--device X" off the front
set ARGS=%ARGS:*--device=%
if "%DEVICE%"=="cpu" set ARGS=%ARGS:*cpu=%
if "%DEVICE%"=="gpu" set ARGS=%ARGS:*gpu=%
:device_done

rem engines against each other run under bash, each in a process of its own; the other suites are verbs like all others
if not "%VERB%"=="benchmark" goto benchmark_done
if not "%WORD%"=="inference" goto benchmark_done
where bash >nul 2>nul
if not errorlevel 1 goto benchmark_run
echo error: lab benchmark inference is a shell script, benchmarks/inference.sh, and there is no bash on the path; install one (Git for Windows has it) 1>&2
exit /b 1
:benchmark_run
set ARGS=%ARGS:*inference=%
bash "%ROOT:\=/%/benchmarks/inference.sh" %ARGS%
exit /b %ERRORLEVEL%
:benchmark_done

rem suites find the checkout's data from wherever they are called; "set" shows the words without reading them again
if not "%VERB%"=="benchmark" goto catalogue_done
set "SUITE="
for %%s in (quality retrieval all) do if "%WORD%"=="%%s" set "SUITE=%%s"
if not defined SUITE goto catalogue_done
set ARGS | findstr /c:"--catalogue" >nul
if not errorlevel 1 goto catalogue_done
set ARGS=%ARGS% --catalogue "%ROOT%\benchmarks\catalogue.json"
:catalogue_done

set "JAVA=java"
if not defined JAVA_HOME goto java_on_path
set "JAVA=%JAVA_HOME%\bin\java.exe"
if exist "%JAVA%" goto java_done
echo error: no Java found in JAVA_HOME "%JAVA_HOME%"; install JDK 17 or newer, or set JAVA_HOME 1>&2
exit /b 1
:java_on_path
where java >nul 2>nul
if not errorlevel 1 goto java_done
echo error: no Java found; install JDK 17 or newer, or set JAVA_HOME 1>&2
exit /b 1
:java_done

if "%ROOT:;=%"=="%ROOT%" goto root_done
echo error: the folder "%ROOT%" has a semicolon in its name, which a class path cannot hold; move it 1>&2
exit /b 1
:root_done

rem the demo and its corpus live in examples; every other verb needs the command line only
set "MODULE=laboratory-cli"
set "MAIN=io.github.embeddinglab.cli.Lab"
if not "%VERB%"=="demo" goto module_done
set "MODULE=examples"
set "MAIN=io.github.embeddinglab.examples.Demo"
set ARGS=%ARGS:*demo=%
:module_done
set "MODULES=%MODULE%"
set "SOURCES=laboratory-api laboratory-vectors laboratory-core laboratory-evaluation laboratory-training laboratory-cpu laboratory-cli"
if "%MODULE%"=="examples" set "SOURCES=%SOURCES% examples"
if "%DEVICE%"=="gpu" set "MODULES=%MODULE%,laboratory-gpu"
if "%DEVICE%"=="gpu" set "SOURCES=%SOURCES% laboratory-gpu"

set "STAMP=%ROOT%\%MODULE%\target\.built-%DEVICE%"
if not exist "%STAMP%" goto build
rem a source that is newer than the stamp; where there is no PowerShell, delete the stamp to build again
where powershell >nul 2>nul
if errorlevel 1 goto built
set "LAB_ROOT=%ROOT%"
set "LAB_STAMP=%STAMP%"
set "LAB_SOURCES=%SOURCES%"
powershell -NoProfile -NonInteractive -Command "$built = (Get-Item -LiteralPath $env:LAB_STAMP -Force).LastWriteTime; $files = @(Get-Item -LiteralPath (Join-Path $env:LAB_ROOT 'pom.xml')); foreach ($module in $env:LAB_SOURCES.Split(' ')) { $folder = Join-Path $env:LAB_ROOT $module; $files += Get-Item -LiteralPath (Join-Path $folder 'pom.xml'); $files += Get-ChildItem -LiteralPath (Join-Path $folder 'src') -Recurse -File }; if ($files | Where-Object { $_.LastWriteTime -gt $built -and ($_.Extension -eq '.java' -or $_.Name -eq 'pom.xml' -or $_.FullName -like '*\src\main\resources\*') }) { exit 1 }"
if not errorlevel 1 goto built

:build
where mvn >nul 2>nul
if not errorlevel 1 goto maven_done
echo error: Maven is not installed; install Maven 3.8.7 or newer 1>&2
exit /b 1
:maven_done
echo building %MODULES% and what it needs (the first time Maven downloads its parts) ... 1>&2
if not exist "%ROOT%\target" mkdir "%ROOT%\target"
set "MAVEN_OPTS=-XX:TieredStopAtLevel=1 %MAVEN_OPTS%"
call mvn -B -ntp -f "%ROOT%\pom.xml" -pl %MODULES% -am -Pquick package >"%ROOT%\target\lab-build.log" 2>&1
if not errorlevel 1 goto build_done
set "SHOWN=0"
for /f "delims=" %%l in ('findstr /b /c:"[ERROR]" "%ROOT%\target\lab-build.log"') do set "LINE=%%l"& call :complaint
echo error: the build failed; see "%ROOT%\target\lab-build.log" 1>&2
exit /b 1
:build_done
type nul >"%STAMP%"
:built

set "LIB=%ROOT%\%MODULE%\target\lib"
set "CLASSES=%ROOT%\%MODULE%\target\quick-classes"
set "CP=%CLASSES%;%LIB%\*"
if not "%DEVICE%"=="gpu" goto classpath_done
rem laboratory-gpu takes the place of laboratory-cpu; both together are an error
set "CP=%CLASSES%"
for %%j in ("%LIB%\*.jar") do call :append "%%~nxj"
set "CP=%CP%;%ROOT%\laboratory-gpu\target\quick-classes;%ROOT%\laboratory-gpu\target\lib\*"
:classpath_done

rem verbs that search vectors want the flag; the others are spared its warning line
set "VECTOR=--add-modules jdk.incubator.vector"
if "%MODULE%"=="examples" goto flags_done
for %%v in (models embed export generate -h --help -V --version help) do if "%VERB%"=="%%v" set "VECTOR="
if "%VERB%"=="" set "VECTOR="
:flags_done

rem LAB_TERMINAL stays unset, so no progress line is drawn: older consoles would show its codes
"%JAVA%" --enable-native-access=ALL-UNNAMED -XX:+UseParallelGC -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow %VECTOR% %LAB_JAVA_OPTIONS% -cp "%CP%" %MAIN% %ARGS%
exit /b %ERRORLEVEL%

:append
set "NAME=%~1"
if "%NAME:~0,15%"=="laboratory-cpu-" goto :eof
if "%NAME:~0,12%"=="onnxruntime-" goto :eof
set "CP=%CP%;%LIB%\%NAME%"
goto :eof

:complaint
set /a SHOWN+=1
if %SHOWN% gtr 5 goto :eof
rem what a line holds is not read again as a command
setlocal EnableDelayedExpansion
echo !LINE! 1>&2
endlocal
goto :eof
