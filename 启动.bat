@echo off
rem SalesFlow by a double click: finds a Python that is new enough and starts run.py with what follows.
rem   启动.bat --office   phones and colleagues too      启动.bat autostart on|off   with the computer
chcp 65001 >nul
cd /d "%~dp0"
set "FOUND="
set "OLD="
set "NEW=import sys; sys.exit(sys.version_info < (3, 11))"
if defined SALESFLOW_PYTHON call :look "%SALESFLOW_PYTHON%"
if not defined FOUND call :look py -3
if not defined FOUND call :look python
if not defined FOUND call :look python3
if not defined FOUND goto :none
%FOUND% run.py %*
set "CODE=%ERRORLEVEL%"
if not "%CODE%"=="0" pause
exit /b %CODE%

:look
rem The python.exe of the Store's alias only opens the Store: it fails here, and so is none.
%* -c "pass" >nul 2>&1 || exit /b 0
%* -c "%NEW%" >nul 2>&1 && set "FOUND=%*" || set "OLD=%*"
exit /b 0

:none
if defined OLD (
    echo SalesFlow needs Python 3.11 or newer; this computer has an older one.
    echo SalesFlow 需要 Python 3.11 或更新版本，这台电脑上的太旧。
) else (
    echo SalesFlow needs Python 3.11 or newer; there is none on this computer.
    echo SalesFlow 需要 Python 3.11 或更新版本，这台电脑上没有。
)
echo Install "Python 3.12" from the Microsoft Store or the official Python site, then open this file again.
echo 请从 Microsoft Store 或 Python 官网安装 Python 3.12，然后再打开本文件。
pause
exit /b 1
