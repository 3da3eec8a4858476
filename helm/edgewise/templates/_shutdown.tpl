{{- /* Spring stops the engine in one phase and the web server in a later one; each may take this long. */ -}}
{{- define "edgewise.shutdown.phase" -}}
{{- add .Values.shutdown.graceSeconds .Values.shutdown.cleanupSeconds -}}
{{- end -}}

{{- define "edgewise.shutdown.total" -}}
{{- $phase := include "edgewise.shutdown.phase" . | int -}}
{{- add .Values.shutdown.preStopSeconds $phase $phase .Values.shutdown.marginSeconds -}}
{{- end -}}
