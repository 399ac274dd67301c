story lost-reply
title
  en: The lost answer
  zh: 丢失的应答
run raft:basic;r1;s3;servers=3;clients=1;think_us=3000000-3000001

step
  until time >= 20ms
  do fire.n1.0
  until message ClientReply from n1 to c1
  do drop.n1-c1.1
  spot n1 c1
  en: n1 has committed c1's command and answers. We lose the answer.
  zh: n1 已提交 c1 的命令并作出应答。我们让这条应答丢失。
  ask
    en: What does c1 know?
    zh: c1 知道什么？
    right
      en: Nothing: it may have taken effect or not
      zh: 什么也不知道：可能生效了，也可能没有
      why
        en: A lost request and a lost answer look the same from outside. All that is left is to ask again.
        zh: 从外面看，请求丢失与应答丢失没有区别。只能再问一次。
    wrong
      en: That it failed
      zh: 命令失败了
      why
        en: It did not. Whoever takes a timeout for a failure writes twice.
        zh: 并没有失败。把超时当作失败，就会写两次。

step
  until note "client retried"
  spot c1
  en: c1 asks another server, with the same serial number, and is sent on to n1.
  zh: c1 用同一序号改问另一台服务器，再被指引到 n1。

step
  until reply ok at c1
  claim n1.log.len = 1
  claim not broken linearizable
  spot n1 c1
  en: n1 knows this serial number. It answers what it answered before, and the log has the command once. Without
    sessions it would have been applied twice.
  zh: n1 认得这个序号，于是照原样再答一次，日志里这条命令只有一份。若没有会话机制，它就会被应用两次。
