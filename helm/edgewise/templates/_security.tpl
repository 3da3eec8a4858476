{{- /* All that the chart knows of how the service is told who its callers are. */ -}}
{{- define "edgewise.security.env" -}}
{{- with .Values.security -}}
{{- if eq .mode "none" }}
- name: EDGEWISE_SECURITY_MODE
  value: none
{{- end }}
{{- if include "edgewise.security.keys" $ }}
- name: EDGEWISE_SECURITY_APIKEYSFILE
  value: /etc/edgewise-security/api-keys.yml
{{- end }}
{{- if eq .mode "jwt" }}
- name: SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUERURI
  value: {{ .jwt.issuerUri | quote }}
{{- with .jwt.audience }}
- name: SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Not empty if there are API keys: alone, or beside tokens. */ -}}
{{- define "edgewise.security.keys" -}}
{{- if ne .Values.security.mode "none" }}{{ .Values.security.existingSecret }}{{ end }}
{{- end -}}

{{- define "edgewise.security.mounts" -}}
{{- if include "edgewise.security.keys" . }}
- name: security
  mountPath: /etc/edgewise-security
  readOnly: true
{{- end }}
{{- end -}}

{{- define "edgewise.security.volumes" -}}
{{- if include "edgewise.security.keys" . }}
- name: security
  secret:
    secretName: {{ .Values.security.existingSecret }}
{{- end }}
{{- end -}}
